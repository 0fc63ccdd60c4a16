fn f(x: &str) -> &str {
    x
}
