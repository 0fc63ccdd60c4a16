log('a', b)
