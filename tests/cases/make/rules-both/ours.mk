all: x

x:
	a

y:
	b
