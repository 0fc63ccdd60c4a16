class A(val x: Int) : B() {
}
