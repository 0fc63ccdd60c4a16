def f(a, b: str):
    return a
