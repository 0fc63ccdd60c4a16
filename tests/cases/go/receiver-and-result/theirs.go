package a

func (t T) Get(k string) (int, error) {
	return 1
}
