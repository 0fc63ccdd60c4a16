struct A;

impl B for A {
    fn b(&self) {}
}
