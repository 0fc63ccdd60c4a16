let f = function
  | A -> 1
  | B -> 20
