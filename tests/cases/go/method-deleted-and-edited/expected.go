package store

import (
	"fmt"
	"io"
)

var colors = map[string]int{
	"red":   1,
	"green": 2,
}

<<<<<<< ours
||||||| base
func Load(path string, mode Mode) []Row {
	data := read(path, mode)
	rows := parse(data, limit)
	if rows != nil && data != nil {
		emit(rows)
	}
	return rows
}

=======
func Load(path string, mode Mode) []Row {
	data := read(path, mode)
	rows := parseRows(data, limit)
	if rows != nil && data != nil {
		emit(rows)
	}
	return rows
}

>>>>>>> theirs
func Save(path string) {
	write(path, rows)
}
