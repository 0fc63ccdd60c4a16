struct A: B {
}
