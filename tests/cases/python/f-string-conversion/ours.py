x = f"{a} {b}"
