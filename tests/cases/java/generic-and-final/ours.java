class A {
    List<String> items = new ArrayList<>();
}
