all: a.o b.o c.o
	$(CC) -o x a.o b.o
