class A {
    private List<String> names = new ArrayList<>();
}
