struct A: P, Q {
}
