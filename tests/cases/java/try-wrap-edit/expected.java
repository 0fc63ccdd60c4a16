class T {
    void f() {
        try {
            one();
            two(2);
        } catch (IOException e) {
            log(e);
        }
    }
}
