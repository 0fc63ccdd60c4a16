__all__ = [
    "alpha",
    "delta",
    "gamma",
    "omega",
]
