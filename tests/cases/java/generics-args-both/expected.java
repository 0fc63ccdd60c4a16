class T {
    Map<Key, Long> m;
}
