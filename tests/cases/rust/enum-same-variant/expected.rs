enum E {
    A,
<<<<<<< ours
    B(u8),
||||||| base
=======
    B(u16),
>>>>>>> theirs
}
