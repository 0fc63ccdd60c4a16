fn f(x: E) {
    match x {
        E::A => {
            log();
            a()
        }
        E::B => b(1),
    }
}
