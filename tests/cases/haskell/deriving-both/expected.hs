data A = B deriving (Eq, Show, Ord)
