class A {
    val x = 1
}
