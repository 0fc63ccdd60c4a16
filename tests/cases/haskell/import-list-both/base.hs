import A (b)

f = b
