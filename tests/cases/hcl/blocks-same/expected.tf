variable "a" {
}
<<<<<<< ours

variable "b" {
  x = 1
}
||||||| base
=======

variable "b" {
  x = 2
}
>>>>>>> theirs
