class A {
    Map<String, Integer> load(Path name) { return null; }
}
