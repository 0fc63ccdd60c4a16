module M (f) where

f = 1
