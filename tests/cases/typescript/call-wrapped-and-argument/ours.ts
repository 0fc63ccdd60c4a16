const x = g(a());
