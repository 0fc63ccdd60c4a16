fn f(x: &str, n: usize) -> &str {
    x.trim()
}
