make(name="a", size=1, color="red", weight=2)
