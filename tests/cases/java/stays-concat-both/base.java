class A {
    String s = "a" + b;
}
