<<<<<<< ours
type T = [a, b, c];
||||||| base
type T = [a, b];
=======
type T = [a, b, d];
>>>>>>> theirs
