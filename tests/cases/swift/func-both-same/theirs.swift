class A {
    func a() {}

    func b() { y() }
}
