f :: Int -> Int
f x = x
