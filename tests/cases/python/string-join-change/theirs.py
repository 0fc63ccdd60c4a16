y = 'a' + b
