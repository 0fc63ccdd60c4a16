SRC = a.c b.c c.c
