def f():
    try:
        a = open(x)
        b = a.read(10)
        return b
    except OSError:
        return None
