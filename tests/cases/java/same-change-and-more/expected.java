class A {
    int x = 5;
    int y = 7;
}
