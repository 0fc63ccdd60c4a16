{
  inherit a b;
}
