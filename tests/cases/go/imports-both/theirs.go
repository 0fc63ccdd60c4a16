package a

import (
	"fmt"
	"io"
)

func f() {}
