class A {
    @Override
    public void stop(int code) {
        exit(code);
    }
}
