__all__ = [
    "alpha",
    "chi",
    "delta",
    "gamma",
    "omega",
]
