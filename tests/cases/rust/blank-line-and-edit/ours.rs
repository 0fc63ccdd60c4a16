fn f() {
    a();

    b();
}
