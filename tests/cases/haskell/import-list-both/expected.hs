import A (b, c, d)

f = b
