class T {
    int a = b + c + d;
}
