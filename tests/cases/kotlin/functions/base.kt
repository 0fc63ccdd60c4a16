class A {
    fun f() = 1
}
