class A {
<<<<<<< ours
    void g() {
||||||| base
    void f() {
=======
    void h() {
>>>>>>> theirs
        a();
    }
}
