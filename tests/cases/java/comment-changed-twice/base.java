class A {
    // counts the birds
    int n;
}
