interface A extends B {
}
