def f():
    """Do it."""
    return 2
