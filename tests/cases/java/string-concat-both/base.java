class T {
    String a = "x" + y;
}
