f(
    a1,
    b
)
