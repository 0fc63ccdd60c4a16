log('A', b)
