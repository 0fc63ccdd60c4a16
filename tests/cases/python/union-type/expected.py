x: int | str | None | bytes = 1
