<<<<<<< ours
data A = B deriving (Eq, Show)
||||||| base
data A = B deriving (Eq)
=======
data A = B deriving (Eq, Ord)
>>>>>>> theirs
