class A {
    protected List<String> names = new ArrayList<>();
}
