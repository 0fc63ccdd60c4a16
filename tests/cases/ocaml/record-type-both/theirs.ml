type t = {
  a : int;
  c : int;
}
