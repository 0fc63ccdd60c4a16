class T {
    int a;
    int b;
}