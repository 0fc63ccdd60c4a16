struct A;

impl C for A {
    fn c(&self) {}
}
