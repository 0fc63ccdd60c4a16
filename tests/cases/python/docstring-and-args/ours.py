def f(a):
    """Do it well."""
    return a
