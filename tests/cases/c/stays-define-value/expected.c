<<<<<<< ours
#define A 2
||||||| base
#define A 1
=======
#define A 3
>>>>>>> theirs
