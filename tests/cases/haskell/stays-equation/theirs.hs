f x = x + 3
