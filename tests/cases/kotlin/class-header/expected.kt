class A(private val x: Int) : C() {
}
