class A {
    String[] x = { "a", "c" };
}
