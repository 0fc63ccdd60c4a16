class A {
    @Override
    public void stop(int code, String why) {
        exit(code);
    }
}
