class A {
    void a() {
    }

    void put(String x) {
    }
}
