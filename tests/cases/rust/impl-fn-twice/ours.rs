impl A {
    fn x(&self) {}

    fn y(&self) -> i32 {
        1
    }
}
