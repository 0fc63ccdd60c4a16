class A {
    private let a = 1
}
