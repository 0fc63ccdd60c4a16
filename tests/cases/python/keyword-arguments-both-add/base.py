make(name="a", size=1)
