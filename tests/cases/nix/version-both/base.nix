{
  version = "1.0";
  rev = "a";
}
