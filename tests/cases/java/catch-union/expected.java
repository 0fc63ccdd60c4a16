class T {
    void f() {
        try {
            g();
        } catch (IOException | SQLException | TimeoutException e) {
            log(e);
        }
    }
}
