CFLAGS = -O2
SRC = a.c
