x = f"a {b!r} d"
