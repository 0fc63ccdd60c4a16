class A {
    boolean b = x && z;
}
