class A {
    String s = "a" + b + c;
}
