let f x = x + 2
