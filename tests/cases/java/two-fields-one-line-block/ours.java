class T {
    int a;
    int b;

    int z;
}
