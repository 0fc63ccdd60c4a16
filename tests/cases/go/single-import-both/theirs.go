package a

import "fmt"
import "io"

func f() {}
