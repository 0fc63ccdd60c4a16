int x = g(a(1));
