impl A {
    fn f(&self) {}

    fn g(&self) {}
}
