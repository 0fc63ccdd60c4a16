local x = b()
