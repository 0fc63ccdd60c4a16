interface A extends B, D {
}
