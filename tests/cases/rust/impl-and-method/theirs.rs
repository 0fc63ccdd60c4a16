impl A {
    fn f(&self) -> u16 {
        1
    }
}
