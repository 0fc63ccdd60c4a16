__all__ = [
    "alpha",
    "beta",
    "chi",
    "delta",
    "gamma",
    "omega",
]
