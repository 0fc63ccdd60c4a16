<<<<<<< ours
const A: u8 = 2;
||||||| base
const A: u8 = 1;
=======
const A: u8 = 3;
>>>>>>> theirs
