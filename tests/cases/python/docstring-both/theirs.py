def f():
    """Run."""
    return 1
