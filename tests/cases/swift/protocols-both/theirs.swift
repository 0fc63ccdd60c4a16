struct A: P, R {
}
