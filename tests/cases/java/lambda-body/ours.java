class A {
    Runnable r = () -> run(1, 3);
}
