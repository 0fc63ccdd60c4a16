all: x

x:
	a
