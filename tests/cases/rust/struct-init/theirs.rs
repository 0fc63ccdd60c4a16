fn f() -> A {
    A { x: 1, z: 3 }
}
