fn f(x: u8) -> u16 {
    x
}
