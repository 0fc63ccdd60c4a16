def save(path, data):
    handle.write(data)
    handle.flush()
