type t = {
  a : int;
  b : int;
}
