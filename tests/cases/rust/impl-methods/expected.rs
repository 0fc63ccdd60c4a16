impl A {
    fn f(&self) {}

    fn g(&self) {}

    fn h(&self) {}
}
