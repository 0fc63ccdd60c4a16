class T {
    int a = b ? 10 : 2;
}
