f(a, c);
