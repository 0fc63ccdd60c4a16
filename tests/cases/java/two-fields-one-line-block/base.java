class T {
    int a;

    int z;
}
