def f():
    try:
        a = open(x)
        b = a.read()
        return b
    except OSError:
        return None
