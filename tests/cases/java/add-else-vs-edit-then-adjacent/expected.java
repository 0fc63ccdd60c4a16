class A {
    void f() {
        if (a) {
            one(1);
        } else {
            two();
        }
        end();
    }
}
