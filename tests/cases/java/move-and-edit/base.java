class A {
    void first() {
        one();
    }

    void second() {
        two();
    }

    void third() {
        three();
    }
}
