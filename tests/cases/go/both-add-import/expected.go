package store

import (
	"fmt"
	"io"
	"os"
	"strings"
)

var colors = map[string]int{
	"red":   1,
	"green": 2,
}

func Load(path string, mode Mode) []Row {
	data := read(path, mode)
	rows := parse(data, limit)
	if rows != nil && data != nil {
		emit(rows)
	}
	return rows
}

func Save(path string) {
	write(path, rows)
}
