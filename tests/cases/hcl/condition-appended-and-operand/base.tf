locals {
  x = ready() && fits()
}
