s = f'a {d}'
