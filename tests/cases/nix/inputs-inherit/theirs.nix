{
  inherit a c;
}
