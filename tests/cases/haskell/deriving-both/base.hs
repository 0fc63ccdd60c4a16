data A = B deriving (Eq)
