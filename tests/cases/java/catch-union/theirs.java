class T {
    void f() {
        try {
            g();
        } catch (IOException | TimeoutException e) {
            log(e);
        }
    }
}
