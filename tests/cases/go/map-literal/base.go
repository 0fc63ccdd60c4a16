package a

var m = map[string]int{
	"a": 1,
}
