type t = {
  a : int;
  b : int;
  c : int;
}
