impl A {
    fn x(&self) {}
}
