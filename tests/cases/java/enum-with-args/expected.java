enum A {
    X(1),
    Y(20),
    Z(3);
}
