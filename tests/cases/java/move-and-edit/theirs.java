class A {
    void first() {
        one();
        more();
    }

    void second() {
        two();
    }

    void third() {
        three();
    }
}
