local x = c()
