<<<<<<< ours
const a = 2;
||||||| base
const a = 1;
=======
const a = 3;
>>>>>>> theirs
