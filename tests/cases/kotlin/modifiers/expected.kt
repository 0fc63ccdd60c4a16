class A {
    private val x = 2
}
