f :: Integer -> Integer
f x = x + 1
