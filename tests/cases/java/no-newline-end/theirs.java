class T {
    int a;
    int c;
}