package m

type Store interface {
	Get(k string) string
	Delete(k string)
}
