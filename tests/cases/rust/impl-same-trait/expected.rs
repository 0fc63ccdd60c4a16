struct S;
<<<<<<< ours

impl Default for S {
    fn default() -> S {
        S
    }
}
||||||| base
=======

impl Default for S {
    fn default() -> S {
        S::new()
    }
}
>>>>>>> theirs
