class A : B() {
}
