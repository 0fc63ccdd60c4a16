class T {
    Map<Key, Integer> m;
}
