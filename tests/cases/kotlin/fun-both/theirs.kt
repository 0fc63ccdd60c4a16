class A {
    fun a() {}

    fun c() {}
}
