class A {
    private final List<String> items = new ArrayList<>();
}
