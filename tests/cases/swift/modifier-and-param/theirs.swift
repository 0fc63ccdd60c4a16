class A {
    func f(x: Int, y: Int) {}
}
