interface A extends B, C {
}
