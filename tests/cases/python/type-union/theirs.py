def f(a: int | bytes | None):
    pass
