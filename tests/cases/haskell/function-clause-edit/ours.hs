module A where

f :: Integer -> Integer
f x = x + 1
