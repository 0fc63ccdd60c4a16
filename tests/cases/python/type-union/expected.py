def f(a: int | str | bytes | None):
    pass
