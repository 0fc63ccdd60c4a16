module A where

data T
  = A
  | B
<<<<<<< ours
  | C
||||||| base
=======
  | D Int
>>>>>>> theirs
