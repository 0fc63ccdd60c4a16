fn f(x: Option<u8>) -> u8 {
    match x {
        Some(v) => v + 1,
        None => 0,
    }
}
