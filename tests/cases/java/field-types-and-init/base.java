class A {
    private List<String> names = new ArrayList<String>();
}
