{
  version = "1.1";
  rev = "b";
}
