load("a", "b", "c")
