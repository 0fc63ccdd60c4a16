type t =
  | A
  | C
