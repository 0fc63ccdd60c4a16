data A = B deriving (Eq, Show)
