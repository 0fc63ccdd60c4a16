locals {
  x = ready() && fits(1)
}
