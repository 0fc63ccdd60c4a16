class A {
    Runnable r = () -> go(1, 3);
}
