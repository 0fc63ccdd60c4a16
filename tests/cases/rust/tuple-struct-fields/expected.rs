<<<<<<< ours
struct P(u8, u8, u16);
||||||| base
struct P(u8, u8);
=======
struct P(u8, u8, u32);
>>>>>>> theirs
