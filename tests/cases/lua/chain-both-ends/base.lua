local x = a():b()
