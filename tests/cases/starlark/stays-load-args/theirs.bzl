load("a", "b", "d")
