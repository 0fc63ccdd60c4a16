CFLAGS = -O3
SRC = a.c
