locals {
  x = ready() && fits() && extra()
}
