class A {
    String s = "goodbye world";
}
