y = 'a' + str(b)
