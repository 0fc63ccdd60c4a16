package a

type A struct {
	Name string
	Size int
}
