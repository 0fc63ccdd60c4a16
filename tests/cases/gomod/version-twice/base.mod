module x

require (
	github.com/a/a v1.0.0
)
