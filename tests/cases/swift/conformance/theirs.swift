class A: B, D {
}
