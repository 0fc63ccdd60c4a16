struct A: B, C {
}
