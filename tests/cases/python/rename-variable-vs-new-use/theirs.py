def total(items):
    s = 0
    for i in items:
        if i is None:
            continue
        s += i
    return s
