class A {
    int f() {
<<<<<<< ours
        return h();
||||||| base
        int a = g();
        return a;
=======
        int a = g(1);
        return a;
>>>>>>> theirs
    }
}
