class A {
    Set<String> f(int a) { return x; }
}
