def save(path, data):
    handle.write(data.encode())
    handle.flush()
