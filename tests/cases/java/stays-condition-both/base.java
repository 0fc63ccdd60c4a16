class A {
    boolean b = x;
}
