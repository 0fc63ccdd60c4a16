from x import a, b, c

print(a)
