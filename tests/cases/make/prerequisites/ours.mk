all: a b c
	run
