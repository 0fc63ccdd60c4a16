let rec f x = x + 2
