class A {
    String[] x = { "a" };
}
