package m

func (s *S) A() int { return 1 }
