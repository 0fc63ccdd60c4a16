make(name="a", size=1, weight=2)
