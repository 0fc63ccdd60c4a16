def f(path):
    data = load(path)
    check(data)
    return data
