class T {
    Map<String, Integer> m;
}
