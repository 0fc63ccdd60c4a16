fn f(x: u8) -> u8 {
    match x {
        0 => 10,
        _ => 2,
    }
}
