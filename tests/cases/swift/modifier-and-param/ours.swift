class A {
    override func f(x: Int) {}
}
