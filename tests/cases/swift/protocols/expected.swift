struct A: B, C, D {
}
