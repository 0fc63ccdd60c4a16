import a
import c
import e
import g
import h

x = 1
