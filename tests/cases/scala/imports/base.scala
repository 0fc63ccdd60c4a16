import a.b
import a.c

object O
