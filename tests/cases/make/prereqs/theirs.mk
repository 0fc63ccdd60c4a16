all: a b d
	echo
