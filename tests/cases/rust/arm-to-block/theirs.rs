fn f(x: E) {
    match x {
        E::A => a(),
        E::B => b(1),
    }
}
