local x = a():b():d()
