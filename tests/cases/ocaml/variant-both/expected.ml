type t =
  | A
<<<<<<< ours
  | B
||||||| base
=======
  | C
>>>>>>> theirs
