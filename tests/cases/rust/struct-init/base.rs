fn f() -> A {
    A { x: 1 }
}
