module m

go 1.20

require (
	a.b/c v1.0.0
	d.e/f v1.0.0
	g.h/i v1.0.0
)
