log('a', c)
