package a

func (t *T) Get(k string) int {
	return 1
}
