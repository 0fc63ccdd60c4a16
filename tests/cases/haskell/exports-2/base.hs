module A (a, b) where

a = 1
b = 2
