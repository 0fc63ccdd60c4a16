x = f"a {b} d"
