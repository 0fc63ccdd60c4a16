def f():
    """Do."""
    return 1
