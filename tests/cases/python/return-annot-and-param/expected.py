def f(a, *, b=None) -> int:
    return a
