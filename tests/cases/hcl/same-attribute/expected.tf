resource "a" "b" {
  x = 1
<<<<<<< ours
  y = 2
||||||| base
=======
  y = 3
>>>>>>> theirs
}
