class A {
    void f() {
        try {
            a();
            b(2);
        } catch (E e) {
            c();
        }
    }
}
