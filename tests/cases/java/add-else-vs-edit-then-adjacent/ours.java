class A {
    void f() {
        if (a) {
            one(1);
        }
        end();
    }
}
