class A : B, D {
}
