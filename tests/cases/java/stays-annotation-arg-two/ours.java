class A {
    @A("y")
    int x;
}
