variable "a" {
}

variable "b" {
  x = 1
}
