package a

import (
	"fmt"
	"io"
)
