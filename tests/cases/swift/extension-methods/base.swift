extension A {
    func a() {
    }
}
