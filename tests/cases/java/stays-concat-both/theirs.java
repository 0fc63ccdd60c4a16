class A {
    String s = "a" + b + d;
}
