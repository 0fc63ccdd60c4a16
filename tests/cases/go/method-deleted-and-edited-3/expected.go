package m

func (s *S) A() int { return 1 }
<<<<<<< ours
||||||| base

func (s *S) B() int { return 2 }
=======

func (s *S) B() int { return 3 }
>>>>>>> theirs
