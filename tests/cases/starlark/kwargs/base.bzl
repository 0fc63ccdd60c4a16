foo(
    a = 1,
)
