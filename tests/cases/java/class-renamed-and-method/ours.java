class B {
    B() {}
}
