class A {
    fun a() {}

    fun b() {}

    fun c() {}
}
