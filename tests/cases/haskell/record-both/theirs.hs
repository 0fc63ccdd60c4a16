data A = A
  { x :: Int
  , z :: Int
  }
