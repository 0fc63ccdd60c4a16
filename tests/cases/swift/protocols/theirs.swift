struct A: B, D {
}
