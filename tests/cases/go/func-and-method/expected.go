package a

func f() {}

func g() {}

func (t T) h() {}
