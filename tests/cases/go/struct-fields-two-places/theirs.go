package cfg

type Server struct {
	Host string
	Port int
	TLS  bool
}
