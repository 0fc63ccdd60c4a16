module A (a, b, d) where

a = 1
b = 2
