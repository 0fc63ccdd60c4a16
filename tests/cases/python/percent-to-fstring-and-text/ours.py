print(f"hello {name}")
