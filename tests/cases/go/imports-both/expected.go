package a

import (
	"fmt"
	"os"
	"io"
)

func f() {}
