import a
import c
import e
import g
import h
import i

x = 1
