def total(items):
    result = 0
    for i in items:
        result += i
    return result
