SRC = a.c b.c d.c
