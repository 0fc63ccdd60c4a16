data A = A
  { x :: Int
  }
