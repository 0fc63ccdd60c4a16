make(name, size, weight)
