class A {
    int f() {
<<<<<<< ours
        return g(b) + 1;
||||||| base
        int a = g(b);
        return a + 1;
=======
        int a = g(c);
        return a + 1;
>>>>>>> theirs
    }
}
