def f(a: int, b: int = 1) -> int:
    return a + b
