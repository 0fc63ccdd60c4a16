class A {
    boolean f() {
        return ready() && fits();
    }
}
