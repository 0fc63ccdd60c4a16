class T {
    String a = "xx" + z;
}
