class A {
    int a() { return 0; }

    int b(int x) { return x; }

    int b(String x) { return 1; }
}
