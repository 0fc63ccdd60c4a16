fn run(x: u16) -> u8 {
    x
}
