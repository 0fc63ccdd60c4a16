foo(
    alpha,
    beta,
    delta,
)
