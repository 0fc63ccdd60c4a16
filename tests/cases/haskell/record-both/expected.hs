data A = A
  { x :: Int
<<<<<<< ours
  , y :: Int
||||||| base
=======
  , z :: Int
>>>>>>> theirs
  }
