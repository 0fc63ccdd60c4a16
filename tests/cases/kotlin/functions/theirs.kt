class A {
    fun f() = 1

    fun h() = 3
}
