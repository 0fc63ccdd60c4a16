module A where

data T
  = A
  | B
  | D Int
