class T {
    int a = 2;
    int b = 1;
}
