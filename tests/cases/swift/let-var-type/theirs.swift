class A {
    let a: Int = 1
}
