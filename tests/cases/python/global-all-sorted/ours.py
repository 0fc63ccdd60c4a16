__all__ = [
    "alpha",
    "beta",
    "delta",
    "gamma",
    "omega",
]
