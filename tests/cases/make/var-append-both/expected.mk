<<<<<<< ours
SRC = a.c b.c c.c
||||||| base
SRC = a.c b.c
=======
SRC = a.c b.c d.c
>>>>>>> theirs
