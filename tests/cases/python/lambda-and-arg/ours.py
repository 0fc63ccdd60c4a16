x = sorted(z, key=lambda a: a.b)
