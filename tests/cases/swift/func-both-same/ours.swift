class A {
    func a() {}

    func b() { x() }
}
