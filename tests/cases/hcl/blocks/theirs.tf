variable "a" {}

variable "c" {}
