class A {
    void second() {
        two();
    }

    void third() {
        three();
    }

    void first() {
        one();
    }
}
