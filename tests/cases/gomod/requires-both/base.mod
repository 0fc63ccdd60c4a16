module x

go 1.21

require (
	github.com/a/a v1.0.0
)
