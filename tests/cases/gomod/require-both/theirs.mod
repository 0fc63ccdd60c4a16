module x

go 1.22

require (
	a.b/c v1.1.0
)
