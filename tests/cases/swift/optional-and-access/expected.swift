class A {
    public var a: Int? = nil
}
