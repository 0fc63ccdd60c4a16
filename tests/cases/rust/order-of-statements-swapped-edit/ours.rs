fn f() {
    b();
    a();
}
