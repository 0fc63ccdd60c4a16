variable "a" {
  type = string
}

variable "c" {
  type = bool
}
