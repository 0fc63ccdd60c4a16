class A {
    func f() {}
    func g() {}
}
