class A {
    Map<String, Long> load(String name) { return null; }
}
