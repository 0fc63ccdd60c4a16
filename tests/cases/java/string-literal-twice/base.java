class A {
    String s = "hello world";
}
