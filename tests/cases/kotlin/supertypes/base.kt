class A : B {
}
