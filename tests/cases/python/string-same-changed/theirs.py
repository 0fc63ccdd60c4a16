x = "hi hello"
