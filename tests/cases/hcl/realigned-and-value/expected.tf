variable "x" {
  type    = string
  default = "b"
}
