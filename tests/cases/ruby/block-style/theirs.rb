xs.each { |x| f(x, 1) }
