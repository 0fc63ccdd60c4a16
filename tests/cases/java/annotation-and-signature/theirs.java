class A {
    public void stop(int code, String why) {
        exit(code);
    }
}
