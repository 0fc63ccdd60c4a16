class A {
    func f(x: Int) {}
}
