CC = clang
CFLAGS = -O3
