def f(x):
    """Do it."""
    return x
