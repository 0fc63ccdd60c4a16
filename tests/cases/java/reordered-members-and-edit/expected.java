class A {
    int c = 3;
    int b = 20;
    int a = 1;
}
