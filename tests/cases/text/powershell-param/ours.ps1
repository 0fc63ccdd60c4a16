function Get-It([string]$Name) {
  Get-Item $Name
}
