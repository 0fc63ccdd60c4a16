let f x =
  let a = 3 in
  let b = 4 in
  a + b
