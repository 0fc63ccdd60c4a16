[
  a
  c
]
