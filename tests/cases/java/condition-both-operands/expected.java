class A {
    boolean f() {
        return x > 10 && y > 20;
    }
}
