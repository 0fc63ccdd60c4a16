class B {
    B() {
        x();
    }
}
