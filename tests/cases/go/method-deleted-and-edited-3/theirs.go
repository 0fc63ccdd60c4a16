package m

func (s *S) A() int { return 1 }

func (s *S) B() int { return 3 }
