type A =
  | B
  | C;
