def f(x):
    """Do it well."""
    return x + 1
