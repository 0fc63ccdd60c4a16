package a

import (
	"fmt"
	"os"
	"io"
)
