data A = B deriving (Show, Eq, Ord)
