import A (b, c)

f = b
