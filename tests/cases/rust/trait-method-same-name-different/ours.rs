trait T {
    fn a(&self);
    fn b(&self) -> u8 {
        1
    }
}
