trait T {
    fn a(&self);
<<<<<<< ours
    fn b(&self) -> u8 {
        1
    }
||||||| base
=======
    fn b(&self) -> u8 {
        2
    }
>>>>>>> theirs
}
