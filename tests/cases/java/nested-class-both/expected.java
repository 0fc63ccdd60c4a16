class A {
    class B {
        int x;
        int y;
        int z;
    }
}
