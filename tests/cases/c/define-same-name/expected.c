#define A 1
<<<<<<< ours
#define B 2
||||||| base
=======
#define B 3
>>>>>>> theirs
