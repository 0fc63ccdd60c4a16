import a
import c
import e
import g
import i

x = 1
