package a

import (
	"fmt"
)

func f() {}
