impl S {
    fn a(&self) -> u8 {
        self.a
    }

    fn b(&self) -> u8 {
        self.b
    }
}
