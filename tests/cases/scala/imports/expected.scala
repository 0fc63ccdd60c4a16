import a.b
import a.c
import a.d
import a.e

object O
