struct S {
<<<<<<< ours
||||||| base
    a: u8,
=======
    a: u16,
>>>>>>> theirs
    b: u8,
}
