foo(alpha, beta, delta)
