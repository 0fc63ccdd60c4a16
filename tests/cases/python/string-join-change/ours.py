x = 'a' + str(b)
