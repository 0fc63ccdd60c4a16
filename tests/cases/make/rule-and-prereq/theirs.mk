all: a
	cc -O2 a.c
