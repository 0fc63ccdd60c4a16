class A {
    List<String> f(int b) { return x; }
}
