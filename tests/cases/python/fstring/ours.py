x = f"a {b!r} c"
