class T {
    int a;
    int c;

    int z;
}
