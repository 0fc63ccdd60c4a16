x: int | str | bytes = 1
