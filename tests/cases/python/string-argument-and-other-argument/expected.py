log('A', c)
