module x

go 1.21

require (
	github.com/a/a v1.0.0
	github.com/c/c v0.1.0
)
