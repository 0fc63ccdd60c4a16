local x = g(a(1))
