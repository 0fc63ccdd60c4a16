struct A;

impl B for A {
    fn b(&self) {}
}

impl C for A {
    fn c(&self) {}
}
