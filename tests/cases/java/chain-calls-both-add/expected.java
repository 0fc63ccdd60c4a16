class A {
    void f() {
        return b
            .x(1)
<<<<<<< ours
            .y(2)
||||||| base
=======
            .w(3)
>>>>>>> theirs
            .z();
    }
}
