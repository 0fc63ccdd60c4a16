class A(val x: Int) : C() {
}
