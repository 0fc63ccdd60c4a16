class T {
    int a;
    int b;
    int c;
}
