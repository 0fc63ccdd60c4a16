package m

func run(s string) {
	switch s {
	case "a":
		doA()
	}
}
