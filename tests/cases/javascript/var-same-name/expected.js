const a = 1;
<<<<<<< ours
const b = 2;
||||||| base
=======
const b = 3;
>>>>>>> theirs
