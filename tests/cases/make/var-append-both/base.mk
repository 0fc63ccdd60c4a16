SRC = a.c b.c
