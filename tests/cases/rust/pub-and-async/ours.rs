pub fn run(x: u8) -> u8 {
    x
}
