<<<<<<< ours
struct S(u8);
||||||| base
struct S {
    a: u8,
}
=======
struct S {
    a: u8,
    b: u8,
}
>>>>>>> theirs
