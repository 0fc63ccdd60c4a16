module A where

<<<<<<< ours
data T = A deriving (Show, Eq)
||||||| base
data T = A deriving (Show)
=======
data T = A deriving (Show, Ord)
>>>>>>> theirs
