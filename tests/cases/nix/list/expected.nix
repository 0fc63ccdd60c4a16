{
  x = [ a b c ];
  y = 2;
}
