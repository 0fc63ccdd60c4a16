impl A {
    fn f(&self) -> u8 {
        1
    }
}
