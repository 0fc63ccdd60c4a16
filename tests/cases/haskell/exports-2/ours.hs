module A (a, b, c) where

a = 1
b = 2
