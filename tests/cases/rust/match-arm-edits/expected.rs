fn f(x: u8) {
    match x {
        1 => a(1),
        2 => b(2),
        _ => c(),
    }
}
