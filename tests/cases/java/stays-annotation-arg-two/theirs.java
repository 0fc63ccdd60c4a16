class A {
    @A("z")
    int x;
}
