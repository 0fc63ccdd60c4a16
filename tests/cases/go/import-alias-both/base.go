package a

import (
	"x/y"
)
