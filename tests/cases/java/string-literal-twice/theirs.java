class A {
    String s = "hello moon";
}
