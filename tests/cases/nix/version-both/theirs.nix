{
  version = "1.2";
  rev = "c";
}
