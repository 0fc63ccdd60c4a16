fn f(x: u8) -> u8 {
    match x {
        0 => 1,
        2 => 5,
        _ => 2,
    }
}
