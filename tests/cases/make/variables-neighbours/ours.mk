CC = clang
CFLAGS = -O2
