module M (f, g) where

f = 1
