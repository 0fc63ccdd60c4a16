let f = function
  | A -> 10
  | B -> 2
