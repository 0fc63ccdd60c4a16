class A {
    boolean f() {
        return x;
    }
}
