class A {
    void f() {
        if (a) {
            one();
        }
        end();
    }
}
