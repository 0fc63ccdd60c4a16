package cfg

type Server struct {
	Host    string
	Port    int
	Timeout time.Duration
	TLS  bool
}
