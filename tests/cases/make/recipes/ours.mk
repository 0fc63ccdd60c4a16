all:
	a
	b
