fn run(x: u16) -> u32 {
    x
}
