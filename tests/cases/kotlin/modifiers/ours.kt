class A {
    private val x = 1
}
