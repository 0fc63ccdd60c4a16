s = f'a {c}'
