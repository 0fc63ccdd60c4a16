class A {
    var a: Int = 1
}
