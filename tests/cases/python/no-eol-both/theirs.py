def f():
    return {'a': 1, 'c': 3}