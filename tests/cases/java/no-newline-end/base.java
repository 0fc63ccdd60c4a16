class T {
    int a;
}