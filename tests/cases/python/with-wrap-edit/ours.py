def f(path):
    with lock:
        data = load(path)
        check(data)
    return data
