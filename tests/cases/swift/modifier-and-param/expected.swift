class A {
    override func f(x: Int, y: Int) {}
}
