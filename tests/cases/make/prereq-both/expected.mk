all: a.o b.o c.o
	$(CC) $(LDFLAGS) -o x a.o b.o
