all: a b
	run
