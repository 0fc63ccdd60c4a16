import A (b, d)

f = b
