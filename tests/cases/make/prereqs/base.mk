all: a b
	echo
