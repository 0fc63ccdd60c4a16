fn f() -> A {
    A { x: 1, y: 2, z: 3 }
}
