fn run(x: u8) -> u32 {
    x
}
