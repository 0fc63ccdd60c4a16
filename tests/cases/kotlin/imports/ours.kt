import a.b
import a.c
import a.e
