function Get-It($Name) {
  Get-Item $Name
}
