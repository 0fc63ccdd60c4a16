impl A {
    fn f(&self) {}

    fn h(&self) {}
}
