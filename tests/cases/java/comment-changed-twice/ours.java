class A {
    // counts all the birds
    int n;
}
