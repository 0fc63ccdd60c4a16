class A {
    class B {
        int x;
    }
}
