impl S {
    fn a(&self) -> u8 {
        self.a
    }
}
