class A {
    int c = 3;
    int b = 2;
    int a = 1;
}
