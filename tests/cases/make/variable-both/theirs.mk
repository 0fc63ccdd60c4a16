CFLAGS = -O0
SRC = a.c
