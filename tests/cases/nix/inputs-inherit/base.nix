{
  inherit a;
}
