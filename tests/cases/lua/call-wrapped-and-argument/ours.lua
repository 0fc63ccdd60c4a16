local x = g(a())
