class A {
    func f() {}
    func g() {}
    func h() {}
}
