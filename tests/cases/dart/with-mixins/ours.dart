class A extends B with C, D {
}
