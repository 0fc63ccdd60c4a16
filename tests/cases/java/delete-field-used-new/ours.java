class T {
    int a;
}
