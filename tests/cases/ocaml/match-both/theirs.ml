let f = function
  | A -> 1
  | C -> 3
