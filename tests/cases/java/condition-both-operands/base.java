class A {
    boolean f() {
        return x > 1 && y > 2;
    }
}
