class A {
    int[] x = { 10, 2, 3 };
}
