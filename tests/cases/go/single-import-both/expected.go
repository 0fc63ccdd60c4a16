package a

import "fmt"
import "os"
import "io"

func f() {}
