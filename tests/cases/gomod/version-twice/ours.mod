module x

require (
	github.com/a/a v1.1.0
)
