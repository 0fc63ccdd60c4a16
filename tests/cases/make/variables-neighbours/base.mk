CC = gcc
CFLAGS = -O2
