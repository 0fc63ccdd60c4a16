data A = B deriving (Eq, Ord)
