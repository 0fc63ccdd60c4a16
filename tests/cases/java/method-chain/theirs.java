class A {
    void f() {
        builder.a(1).b(2).c(30);
    }
}
