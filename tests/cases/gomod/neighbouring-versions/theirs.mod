module x

require (
	github.com/a/a v1.0.0
	github.com/b/b v1.2.0
)
