all: x

x:
	a

z:
	c
