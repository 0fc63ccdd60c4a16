foo(alpha, beta, gamma)
