x = sorted(y, key=lambda a: a.c)
