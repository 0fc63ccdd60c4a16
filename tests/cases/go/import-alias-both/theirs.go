package a

import (
	"x/y"
	"x/w"
)
