def f(x):
    """Do it."""
    return x + 1
