class A {
    void f() {
        try {
            open();
            check();
            read();
        } finally {
            close();
        }
    }
}
