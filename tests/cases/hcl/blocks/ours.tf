variable "a" {}

variable "b" {}
