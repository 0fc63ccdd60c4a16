all: a b c d
	run
