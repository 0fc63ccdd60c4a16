class A {
    fun a() {}
}
