all: a b
	cc -O2 a.c
