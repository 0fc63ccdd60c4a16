class A {
    String[] x = { "a", "b" };
}
