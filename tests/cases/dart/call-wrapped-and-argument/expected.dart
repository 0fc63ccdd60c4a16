var x = g(a(1));
