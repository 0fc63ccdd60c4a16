class A {
    func f() {}
    func h() {}
}
