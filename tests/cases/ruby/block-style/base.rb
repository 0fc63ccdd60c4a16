xs.each { |x| f(x) }
