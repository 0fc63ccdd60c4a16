local t = { a = 10, b = 20 }
