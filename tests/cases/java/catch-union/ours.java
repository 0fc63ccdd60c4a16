class T {
    void f() {
        try {
            g();
        } catch (IOException | SQLException e) {
            log(e);
        }
    }
}
