module x

require (
<<<<<<< ours
	github.com/a/a v1.1.0
||||||| base
	github.com/a/a v1.0.0
=======
	github.com/a/a v1.2.0
>>>>>>> theirs
)
