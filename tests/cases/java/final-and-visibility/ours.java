class T {
    final int f = 1;
}
