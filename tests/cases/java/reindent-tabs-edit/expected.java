class T {
	int f() {
		int a = 1;
		return a + 1;
	}
}
