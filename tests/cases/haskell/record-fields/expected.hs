module A where

data T = T
  { a :: Int
<<<<<<< ours
  , b :: Int
||||||| base
=======
  , c :: Int
>>>>>>> theirs
  }
