class A {
    @Override int size() { return 2; }
}
