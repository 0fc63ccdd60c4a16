[
  a
  b
]
