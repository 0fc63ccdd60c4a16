impl<T> A<T> {
    fn f(&self) -> u16 {
        1
    }
}
