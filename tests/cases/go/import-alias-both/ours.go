package a

import (
	z "x/y"
)
