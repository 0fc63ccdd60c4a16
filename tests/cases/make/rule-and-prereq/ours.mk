all: a b
	cc a.c
