class A extends D {
}
