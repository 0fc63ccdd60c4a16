class A {
    List<String> f(int a) { return x; }
}
