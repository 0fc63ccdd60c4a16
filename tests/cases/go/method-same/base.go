package a

func (t *T) A() {}
