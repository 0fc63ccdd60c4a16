class A {
    func f() {}
}
