class A {
    let a = 1
}
