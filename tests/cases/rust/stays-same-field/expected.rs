struct A {
    x: i32,
<<<<<<< ours
    y: u8,
||||||| base
=======
    y: u16,
>>>>>>> theirs
}
