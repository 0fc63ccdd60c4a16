package a

type A struct {
	Name string
	Size int
	Kind int
	Mode int
}
