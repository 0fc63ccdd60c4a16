class A {
    int x = a ? d : e;
}
