module m

go 1.20

require (
	a.b/c v1.1.0
	a.b/d v1.2.0
)
