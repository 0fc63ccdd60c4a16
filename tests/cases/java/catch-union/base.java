class T {
    void f() {
        try {
            g();
        } catch (IOException e) {
            log(e);
        }
    }
}
