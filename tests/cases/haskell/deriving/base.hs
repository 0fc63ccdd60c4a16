data A = A deriving (Show, Eq)
