class A {
    void f() {
        try {
            open();
            readAll();
            close();
        } finally {
            end();
        }
    }
}
