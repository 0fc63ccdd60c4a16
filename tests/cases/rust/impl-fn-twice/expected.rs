impl A {
    fn x(&self) {}
<<<<<<< ours

    fn y(&self) -> i32 {
        1
    }
||||||| base
=======

    fn y(&self) -> i32 {
        2
    }
>>>>>>> theirs
}
