impl S {
    fn a(&self) -> u8 {
        self.a
    }

    /// See.
    fn c(&self) -> u8 {
        self.c
    }
}
