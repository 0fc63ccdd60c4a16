class A {
    Set<String> f(int b) { return x; }
}
