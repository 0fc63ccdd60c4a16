<<<<<<< ours
struct A(i32, u8);
||||||| base
struct A(i32);
=======
struct A(i32, u16);
>>>>>>> theirs
