class T {
    int a = (b + c) * 2;
}
