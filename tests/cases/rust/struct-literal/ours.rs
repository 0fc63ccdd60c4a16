fn f() -> S {
    S { a: 1, b: 2, c: 3 }
}
