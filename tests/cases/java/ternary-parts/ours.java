class A {
    int x = a ? d : c;
}
