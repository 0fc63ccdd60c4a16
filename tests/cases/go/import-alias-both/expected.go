package a

import (
	z "x/y"
	"x/w"
)
