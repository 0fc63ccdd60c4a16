f(
    a,
    b,
    c
)
