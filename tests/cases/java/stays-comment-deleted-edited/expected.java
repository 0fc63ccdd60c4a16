class A {
<<<<<<< ours
||||||| base
    /** One. */
    void f() {
        a();
    }

=======
    /** Two. */
    void f() {
        a();
    }

>>>>>>> theirs
    void g() {
    }
}
