all: a.o b.o
	$(CC) $(LDFLAGS) -o x a.o b.o
