def f():
    if y:
        x = """
  a
"""
        return x
