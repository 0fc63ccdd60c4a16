class A : B(), C, D {
}
