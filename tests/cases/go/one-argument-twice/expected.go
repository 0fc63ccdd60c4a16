package store

import (
	"fmt"
	"io"
)

var colors = map[string]int{
	"red":   1,
	"green": 2,
}

func Load(path string, mode Mode) []Row {
	data := read(path, mode)
<<<<<<< ours
	rows := parse(data, 2*limit)
||||||| base
	rows := parse(data, limit)
=======
	rows := parse(data, limit+1)
>>>>>>> theirs
	if rows != nil && data != nil {
		emit(rows)
	}
	return rows
}

func Save(path string) {
	write(path, rows)
}
