package a

func a() {
}
