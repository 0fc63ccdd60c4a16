module m

require a.b/c v1.2.0
