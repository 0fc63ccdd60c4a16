class A {
    void f() {
        builder.a(10).b(2).c(3);
    }
}
