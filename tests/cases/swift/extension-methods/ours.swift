extension A {
    func a() {
    }

    func b() {
    }
}
