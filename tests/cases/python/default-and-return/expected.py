def f(a, b=2) -> int:
    return a
