class A {
    var a: Int? = nil
}
