class A {
    fun a() {}

    fun b() {}
}
