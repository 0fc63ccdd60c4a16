class T {
    int a = b ? 1 : 2;
}
