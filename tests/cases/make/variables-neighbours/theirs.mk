CC = gcc
CFLAGS = -O3
