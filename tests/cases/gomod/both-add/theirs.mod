module m

require (
	a.b/c v1.0.0
	a.b/e v1.0.0
)
