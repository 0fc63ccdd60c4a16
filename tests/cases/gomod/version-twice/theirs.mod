module x

require (
	github.com/a/a v1.2.0
)
