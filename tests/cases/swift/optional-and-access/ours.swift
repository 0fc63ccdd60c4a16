class A {
    public var a: Int = 1
}
