class T {
    int a;
}
