class A {
    private final List items = new ArrayList();
}
