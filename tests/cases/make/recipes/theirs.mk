all:
	a
	c
