variable "a" {
}

variable "b" {
  x = 2
}
