<<<<<<< ours
CFLAGS = -O3
||||||| base
CFLAGS = -O2
=======
CFLAGS = -O0
>>>>>>> theirs
SRC = a.c
