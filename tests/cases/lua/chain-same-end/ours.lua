local x = a():b():c()
