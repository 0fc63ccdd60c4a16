package a

func (s *T) F() int {
	return s.x + 1
}
