class B {
    B() {
        x(1);
    }
}
