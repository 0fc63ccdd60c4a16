import a
import b
import c

x = 1
