x: int | str | None = 1
