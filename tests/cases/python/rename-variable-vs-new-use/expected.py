def total(items):
    result = 0
    for i in items:
        if i is None:
            continue
        result += i
    return result
