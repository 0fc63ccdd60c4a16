module x

go 1.21

require (
	a.b/c v1.0.0
	d.e/f v0.1.0
)
