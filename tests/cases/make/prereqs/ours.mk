all: a b c
	echo
