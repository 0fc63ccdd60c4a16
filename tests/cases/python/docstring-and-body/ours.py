def f():
    """Do it."""
    return 1
