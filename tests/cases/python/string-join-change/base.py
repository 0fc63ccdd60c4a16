x = 'a' + b
