interface A extends B, C, D {
}
