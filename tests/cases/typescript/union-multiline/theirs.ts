type A =
  | B
  | C
  | E;
