class A {
    A() {}
}
