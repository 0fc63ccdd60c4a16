class A {
    // counts the birds and bees
    int n;
}
