extension A {
    func a() {
    }

    func b() {
    }

    func c() {
    }
}
