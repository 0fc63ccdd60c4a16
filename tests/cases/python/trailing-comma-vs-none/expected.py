f(
    a1,
    b,
    c
)
