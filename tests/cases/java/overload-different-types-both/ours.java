class A {
    void a() {
    }

    void put(int x) {
    }
}
