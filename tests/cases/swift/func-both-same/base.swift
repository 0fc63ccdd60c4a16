class A {
    func a() {}
}
