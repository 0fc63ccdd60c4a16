class T {
    int f = 1;
}
