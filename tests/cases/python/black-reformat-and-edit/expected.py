x = f(
    a,
    b2,
    c,
)
