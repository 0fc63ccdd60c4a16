impl A {
    fn f(&self) {}
}
