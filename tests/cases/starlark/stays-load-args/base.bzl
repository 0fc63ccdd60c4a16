load("a", "b")
