class A extends B {
}
