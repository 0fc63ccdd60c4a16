def f():
    x = """
  a
"""
    return x
