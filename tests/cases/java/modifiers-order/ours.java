class A {
    public static void f() {
    }
}
