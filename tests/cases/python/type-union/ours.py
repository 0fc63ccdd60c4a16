def f(a: int | str | None):
    pass
