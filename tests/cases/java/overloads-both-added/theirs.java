class A {
    int a() { return 0; }

    int b(String x) { return 1; }
}
