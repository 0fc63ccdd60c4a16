class A {
    void f() {
        try {
            open();
            read();
        } finally {
            close();
        }
    }
}
