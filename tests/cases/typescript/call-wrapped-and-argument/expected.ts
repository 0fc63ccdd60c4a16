const x = g(a(1));
