impl<T> A<T> {
    fn f(&self) -> u8 {
        1
    }
}
