class T {
    String a = "xx" + y;
}
