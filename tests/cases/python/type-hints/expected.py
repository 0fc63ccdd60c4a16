def f(a: int, b: str):
    return a
