class A {
    int a = 1;
    int b = 20;
    int c = 3;
}
