data A = A
  { x :: Int
  , y :: Int
  }
