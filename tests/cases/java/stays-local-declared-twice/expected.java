class A {
    void f() {
<<<<<<< ours
        int x = 1;
||||||| base
=======
        int x = 2;
>>>>>>> theirs
        a();
    }
}
