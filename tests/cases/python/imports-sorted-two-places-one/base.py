import a
import c
import e
import g

x = 1
