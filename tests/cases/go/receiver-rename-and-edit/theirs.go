package a

func (t *T) F() int {
	return t.x + 1
}
