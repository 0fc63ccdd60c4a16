class A {
    private let a: Int = 1
}
