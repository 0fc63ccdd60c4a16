class A {
    @Override int size() { return 1; }
}
