class A {
    boolean f() {
        return x && a;
    }
}
