variable "a" {
}

variable "c" {
}
