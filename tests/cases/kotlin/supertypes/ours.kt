class A : B, C {
}
