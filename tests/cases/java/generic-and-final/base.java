class A {
    List items = new ArrayList();
}
