class A: B {
}
