package store

import (
	"fmt"
	"io"
)

var colors = map[string]int{
	"red":   1,
	"green": 2,
}

func Save(path string) {
	write(path, rows)
}
