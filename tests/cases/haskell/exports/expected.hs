module M (f, g, h) where

f = 1
