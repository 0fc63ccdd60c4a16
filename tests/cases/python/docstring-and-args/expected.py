def f(a, b):
    """Do it well."""
    return a + b
