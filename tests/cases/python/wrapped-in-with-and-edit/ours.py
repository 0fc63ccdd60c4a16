def save(path, data):
    with open(path) as handle:
        handle.write(data)
        handle.flush()
