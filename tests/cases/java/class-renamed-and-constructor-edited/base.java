class A {
    A() {
        x();
    }
}
