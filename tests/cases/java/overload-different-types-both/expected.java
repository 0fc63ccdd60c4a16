class A {
    void a() {
    }

    void put(int x) {
    }

    void put(String x) {
    }
}
