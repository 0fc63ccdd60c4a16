class T {
	void a() {
	}
}
