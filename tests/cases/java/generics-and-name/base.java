class A {
    Map<String, Integer> load(String name) { return null; }
}
