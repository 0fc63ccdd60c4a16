module M (f, h) where

f = 1
