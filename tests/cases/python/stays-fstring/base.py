s = f'a {b}'
