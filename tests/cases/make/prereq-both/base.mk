all: a.o b.o
	$(CC) -o x a.o b.o
