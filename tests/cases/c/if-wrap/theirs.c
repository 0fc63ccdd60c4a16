void f(void) {
    a(1);
    b(3);
}
