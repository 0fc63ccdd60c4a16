struct A: P, Q, R {
}
