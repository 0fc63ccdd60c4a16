def f(path):
    data = load(path)
    check(data, strict=True)
    return data
