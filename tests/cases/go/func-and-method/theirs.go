package a

func f() {}

func (t T) h() {}
