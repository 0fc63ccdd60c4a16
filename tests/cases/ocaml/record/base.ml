type t = {
  a : int;
}
