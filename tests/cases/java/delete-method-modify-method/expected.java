class A {
<<<<<<< ours
||||||| base
    void f() {
        one();
    }

=======
    void f() {
        one(1);
    }

>>>>>>> theirs
    void g() {
        two();
    }
}
