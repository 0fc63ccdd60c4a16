all:
	a
