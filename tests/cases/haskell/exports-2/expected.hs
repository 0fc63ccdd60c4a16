module A (a, b, c, d) where

a = 1
b = 2
