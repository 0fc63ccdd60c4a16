int x = g(a());
