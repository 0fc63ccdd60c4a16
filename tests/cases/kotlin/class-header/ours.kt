class A(private val x: Int) : B() {
}
