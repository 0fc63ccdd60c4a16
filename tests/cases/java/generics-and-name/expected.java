class A {
    Map<String, Long> load(Path name) { return null; }
}
