class A: B, C {
}
