{
  inherit a b c;
}
