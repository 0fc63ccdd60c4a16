def f(a, b):
    """Do it."""
    return a + b
