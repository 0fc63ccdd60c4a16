<<<<<<< ours
#define MAX_CONN 32
||||||| base
#define MAX_CONN 16
=======
#define MAX_CONN 64
>>>>>>> theirs
#define NAME "srv"
