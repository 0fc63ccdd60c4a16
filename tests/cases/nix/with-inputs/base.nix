{
  inputs = {
    a.url = "x";
  };
}
