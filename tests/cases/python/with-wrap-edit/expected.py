def f(path):
    with lock:
        data = load(path)
        check(data, strict=True)
    return data
