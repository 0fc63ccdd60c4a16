def f(a):
    """Do it."""
    return a
