package a

import (
	"fmt"
	"os"
)

func f() {}
