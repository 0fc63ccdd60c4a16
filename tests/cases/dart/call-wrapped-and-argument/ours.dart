var x = g(a());
