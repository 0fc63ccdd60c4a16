{
  inputs = {
    a.url = "x";
    b.url = "y";
    c.url = "z";
  };
}
