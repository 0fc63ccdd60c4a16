make(name, size, color)
