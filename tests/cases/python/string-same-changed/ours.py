x = "hello world"
