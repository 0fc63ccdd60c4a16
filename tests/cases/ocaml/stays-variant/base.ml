type t =
  | A
