module A where

data T = A deriving (Show, Eq, Ord)
