class T {
    String a = "x" + z;
}
