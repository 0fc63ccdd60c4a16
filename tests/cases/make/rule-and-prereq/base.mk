all: a
	cc a.c
