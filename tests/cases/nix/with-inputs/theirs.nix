{
  inputs = {
    a.url = "x";
    c.url = "z";
  };
}
