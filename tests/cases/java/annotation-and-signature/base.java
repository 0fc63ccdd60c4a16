class A {
    public void stop(int code) {
        exit(code);
    }
}
