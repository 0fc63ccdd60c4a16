class A {
    val x = 2
}
