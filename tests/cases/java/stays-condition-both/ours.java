class A {
    boolean b = x && y;
}
