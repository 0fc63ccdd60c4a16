enum E {
<<<<<<< ours
    A(u16),
||||||| base
    A(u8),
=======
    A(u32),
>>>>>>> theirs
}
