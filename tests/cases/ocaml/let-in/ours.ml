let f x =
  let a = 3 in
  let b = 2 in
  a + b
