make(name, size)
