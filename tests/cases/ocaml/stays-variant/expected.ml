type t =
  | A
<<<<<<< ours
  | B of int
||||||| base
=======
  | B of string
>>>>>>> theirs
