class T {
	void a() {
	}

	void b() {
	}
}
