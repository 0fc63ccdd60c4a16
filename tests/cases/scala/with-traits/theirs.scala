class A extends B with D {
}
