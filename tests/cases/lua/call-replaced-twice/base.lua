local x = a()
