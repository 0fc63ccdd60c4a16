f(x) = 3
g(x) = 2
