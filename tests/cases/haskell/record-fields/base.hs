module A where

data T = T
  { a :: Int
  }
