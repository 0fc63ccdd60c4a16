type t =
  | A
  | B
