enum A {
<<<<<<< ours
  X = 2,
||||||| base
  X = 1,
=======
  X = 3,
>>>>>>> theirs
}
