fn f(x: Option<u8>) -> u8 {
    match x {
        Some(v) if v > 9 => 9,
        Some(v) => v + 1,
        None => 0,
    }
}
