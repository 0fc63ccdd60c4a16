class T {
    void f() {
        try {
            one();
            two();
        } catch (IOException e) {
            log(e);
        }
    }
}
