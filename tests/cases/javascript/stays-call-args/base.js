f(a);
