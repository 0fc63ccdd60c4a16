class T {
    int a = b ? 1 : 20;
}
