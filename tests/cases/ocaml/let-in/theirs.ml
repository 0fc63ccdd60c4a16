let f x =
  let a = 1 in
  let b = 4 in
  a + b
