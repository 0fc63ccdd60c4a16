from x import a, c, d

print(a)
