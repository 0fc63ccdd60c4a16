extension A {
    func a() {
    }

    func c() {
    }
}
