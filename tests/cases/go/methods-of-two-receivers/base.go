package a

func (x T) A() {
}
