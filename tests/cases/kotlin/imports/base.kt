import a.b
import a.c
