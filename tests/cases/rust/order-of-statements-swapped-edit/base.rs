fn f() {
    a();
    b();
}
