{
  inputs = {
    a.url = "x";
    b.url = "y";
  };
}
