class A {
    fun f() = 1

    fun g() = 2
}
