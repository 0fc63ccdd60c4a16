module A where

data T
  = A
  | B
  | C
