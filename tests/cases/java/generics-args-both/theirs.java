class T {
    Map<String, Long> m;
}
