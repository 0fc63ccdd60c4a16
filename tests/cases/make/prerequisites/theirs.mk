all: a b d
	run
