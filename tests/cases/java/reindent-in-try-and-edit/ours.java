class A {
    void f() {
        try {
            open();
            read();
            close();
        } finally {
            end();
        }
    }
}
