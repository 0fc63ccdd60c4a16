package m

type Store interface {
	Get(k string) string
	Put(k, v string)
}
