module m

require a.b/c v1.1.0
