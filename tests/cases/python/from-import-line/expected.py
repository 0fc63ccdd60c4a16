from x import a, b, c, d

print(a)
